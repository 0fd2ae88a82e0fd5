// Declares the flags of ranks, and the commands that are about ranks alone.
#include "shortlist/cli/command_options.h"

namespace shortlist {

void add_rank_options(CLI::App& sub, RankArguments& arguments) {
  const char* group = "Several ranks (a launcher, such as mpirun, sets most of them)";
  const auto add = [&](const char* flag, const char* variable, const char* help, const char* text) {
    return sub
        .add_option_function<std::string>(
            flag, [&arguments, variable](const std::string& value) { arguments.given[variable] = value; },
            help)
        ->option_text(text)
        ->group(group);
  };
  add("--rank", "SHORTLIST_RANK", "The number of this rank, from 0", "N");
  add("--ranks", "SHORTLIST_RANKS", "The number of ranks that share the work", "N");
  add("--meet", "SHORTLIST_MEET", "Where the ranks meet: rank 0 listens on this port of its machine",
      "HOST:PORT");
  add("--job", "SHORTLIST_JOB", "A word that all ranks of this job know, and no other job", "WORD");
  add("--attempt", "SHORTLIST_ATTEMPT", "How often the job was started before", "N");
  add("--rank-timeout", "SHORTLIST_RANK_TIMEOUT",
      "Seconds without a sign of life after which a rank is lost. The default is 8.", "SECONDS");
  add("--start-timeout", "SHORTLIST_START_TIMEOUT",
      "Seconds within which all ranks must have come. The default is 300.", "SECONDS");
  sub.add_flag_callback(
         "--life-line", [&arguments] { arguments.given["SHORTLIST_LIFE_LINE"] = "1"; },
         "End as soon as standard input ends, since then the program that started this rank is gone")
      ->group(group);
}

void add_launch(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<LaunchCommand>(
      app, chosen, "launch", "Start the ranks of a command on this machine, and again if one is lost", sub);
  sub->add_option("--ranks", command->ranks, "Number of processes that share the work")
      ->required()
      ->check(between(1, 1'024))
      ->option_text("N");
  sub->add_option("--threads-per-rank", command->threads,
                  "Threads of each process. 0 means an equal share of the processors.")
      ->capture_default_str()
      ->check(between(0, kMostThreads));
  sub->add_option("--restarts", command->restarts,
                  "How often all ranks are started again after one was lost. A training continues from its "
                  "last checkpoint.")
      ->capture_default_str()
      ->check(between(0, 1'000'000));
  sub->add_option("command", command->arguments, "The command of each rank, after --")
      ->required()
      ->option_text("-- COMMAND...");
  sub->footer(
      "\nThe result has the same bytes as with one rank. Wrong usage and bad data are not tried again. "
      "Ctrl-C "
      "is passed on to all ranks.\n"
      "\nExamples:\n"
      "  shortlist launch --ranks 4 -- train anime.toml --out runs/anime\n"
      "  shortlist launch --ranks 2 -- bench ranks\n");
}

}  // namespace shortlist
