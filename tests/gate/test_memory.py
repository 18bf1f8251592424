"""The memory of answers: bounded by bytes and by number, since an empty answer weighs nothing."""

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
