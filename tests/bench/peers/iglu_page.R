# Times R iglu on one series, as often as asked: the same readings and the same figures as iglu_page.py, in R itself.
#
# Usage: Rscript iglu_page.R ROUNDS < readings.csv (columns at: epoch milliseconds, mgdl); writes JSON: milliseconds of R's
# own CPU (user and system), a round each, and the figures. Starting R and loading the library is not counted.
#
# R iglu is measured where it is installed. From CRAN: install.packages("iglu"). On Debian 12: apt-get install r-base-core and
# the r-cran-* packages that its DESCRIPTION names, then its source by R CMD INSTALL --library=.cache/bench/r; that release's
# dplyr is older than `reframe`, which is to be written as `summarise` there.

suppressPackageStartupMessages(library(iglu))

arguments <- commandArgs(trailingOnly = TRUE)
rounds <- as.integer(arguments[1])
rows <- utils::read.csv(file("stdin"))
readings <- data.frame(id = "one", time = as.POSIXct(rows$at / 1000, origin = "1970-01-01", tz = "UTC"), gl = rows$mgdl)

figures <- function(readings) {
  below <- below_percent(readings, targets_below = c(54, 70))
  above <- above_percent(readings, targets_above = c(180, 250))
  episodes <- episode_calculation(readings, dt0 = 5, tz = "UTC")
  count <- function(type, level) episodes$total_episodes[episodes$type == type & episodes$level == level]
  c(
    mean_mgdl = mean_glu(readings)$mean,
    sd_mgdl = sd_glu(readings)$SD,
    cv_percent = cv_glu(readings)$CV,
    gmi_percent = gmi(readings)$GMI,
    gri = gri(readings, tz = "UTC")$GRI,
    percent.very_low = below$below_54,
    percent.low = below$below_70 - below$below_54,
    percent.in_range = 100 - below$below_70 - above$above_180,
    percent.high = above$above_180 - above$above_250,
    percent.very_high = above$above_250,
    episodes.low.count = count("hypo", "lv1"),
    episodes.very_low.count = count("hypo", "lv2"),
    episodes.extended_low.count = count("hypo", "extended"),
    episodes.high.count = count("hyper", "lv1"),
    episodes.very_high.count = count("hyper", "lv2")
  )
}

spent <- numeric(rounds)
for (place in seq_len(rounds)) {
  begun <- proc.time()
  found <- figures(readings)
  passed <- proc.time() - begun
  spent[place] <- 1000 * (passed[["user.self"]] + passed[["sys.self"]])
}
named <- paste0('"', names(found), '": ', sprintf("%.15g", found), collapse = ", ")
cat('{"spent": [', paste(spent, collapse = ", "), '], "figures": {', named, "}}\n", sep = "")
