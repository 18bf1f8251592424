"""The memory of answers: bounded by bytes and by number, since an empty answer weighs nothing."""

import pytest

from proxy.gate import memory as rules
from proxy.gate.body import Body
from proxy.gate.memory import LARGEST, MOST_ANSWERS, MOST_BYTES, Memory


async def asked(memory: Memory, key: object, size: int) -> list[str]:
    """Ask, and say whether the answer had to be made."""
    made = []

    async def make() -> Body:
        made.append("made")
        return Body("application/json", b" " * size)

    await memory.answer(key, make)
    return made


async def test_an_answer_is_remembered_and_made_once() -> None:
    memory = Memory()
    assert await asked(memory, 1, 10) == ["made"]
    assert await asked(memory, 1, 10) == []


async def test_many_empty_answers_do_not_fill_the_memory() -> None:
    memory = Memory()
    for key in range(MOST_ANSWERS + 1):
        await asked(memory, key, 2)
    assert await asked(memory, MOST_ANSWERS, 2) == []
    assert await asked(memory, 0, 2) == ["made"]


async def test_large_answers_push_out_the_oldest() -> None:
    memory = Memory()
    for key in range(MOST_BYTES // LARGEST + 1):
        await asked(memory, key, LARGEST)
    assert await asked(memory, 0, 2) == ["made"]


async def test_an_answer_that_is_too_large_is_not_remembered() -> None:
    memory = Memory()
    await asked(memory, 1, LARGEST + 1)
    assert await asked(memory, 1, LARGEST + 1) == ["made"]


async def test_a_question_in_the_same_words_finds_its_answer_and_other_words_do_not() -> None:
    memory = Memory()
    memory.note("count=10&t=1", "ten rows")
    assert memory.recall_as_asked("count=10&t=1") is None
    await asked(memory, "ten rows", 10)
    found = memory.recall_as_asked("count=10&t=1")
    assert found is not None
    assert found is memory.recall("ten rows")
    assert memory.recall_as_asked("count=10&t=2") is None


async def test_the_words_of_questions_do_not_fill_the_memory() -> None:
    memory = Memory()
    await asked(memory, 1, 10)
    for number in range(MOST_ANSWERS + 1):
        memory.note(number, 1)
    assert memory.recall_as_asked(0) is None
    assert memory.recall_as_asked(MOST_ANSWERS) is not None


async def test_what_is_too_old_to_be_answered_with_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    await asked(memory, 1, 10)
    memory.note("the question", 1)
    memory.forget_old()
    assert memory.recall_as_asked("the question") is not None
    monkeypatch.setattr(rules, "FRESH_SECONDS", 0.0)
    memory.forget_old()
    monkeypatch.undo()
    assert memory.recall_as_asked("the question") is None
    assert (memory._kept, memory._asked, memory._bytes) == ({}, {}, 0)
