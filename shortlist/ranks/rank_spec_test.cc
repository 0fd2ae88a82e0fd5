#include "shortlist/ranks/rank_spec.h"

#include <gtest/gtest.h>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

struct Start {
  Environment environment;
  std::string launcher;
  int rank, ranks;
  std::string meet, job;
  int attempt;
};

// As each launcher sets them for the second of four processes.
const Start kStarts[] = {
    {{}, "", 0, 1, "", "", 0},
    {{{"SHORTLIST_RANK", "1"},
      {"SHORTLIST_RANKS", "4"},
      {"SHORTLIST_MEET", "a:5"},
      {"SHORTLIST_JOB", "x"},
      {"SHORTLIST_ATTEMPT", "2"}},
     "flags",
     1,
     4,
     "a:5",
     "x",
     2},
    {{{"RANK", "1"},
      {"WORLD_SIZE", "4"},
      {"MASTER_ADDR", "node1"},
      {"MASTER_PORT", "29500"},
      {"TORCHELASTIC_RUN_ID", "r"},
      {"TORCHELASTIC_RESTART_COUNT", "3"}},
     "torchrun",
     1,
     4,
     "node1:29501",
     "r",
     3},
    {{{"OMPI_COMM_WORLD_RANK", "1"},
      {"OMPI_COMM_WORLD_SIZE", "4"},
      {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
      {"OMPI_MCA_ess_base_jobid", "17"}},
     "mpirun",
     1,
     4,
     "127.0.0.1:21574",
     "17",
     0},
    {{{"PMI_RANK", "1"}, {"PMI_SIZE", "4"}, {"SHORTLIST_MEET", "node1:7000"}},
     "PMI",
     1,
     4,
     "node1:7000",
     "",
     0},
    {{{"SLURM_PROCID", "1"},
      {"SLURM_NTASKS", "4"},
      {"SLURM_STEP_ID", "0"},
      {"SLURM_JOB_ID", "8"},
      {"SLURM_STEP_NODELIST", "node[07-09]"}},
     "Slurm",
     1,
     4,
     "node07:25290",
     "8.0",
     0},
    {{{"JOB_COMPLETION_INDEX", "1"}, {"SHORTLIST_RANKS", "4"}, {"SHORTLIST_MEET", "train-0.train:29400"}},
     "Kubernetes",
     1,
     4,
     "train-0.train:29400",
     "",
     0},
};

TEST(RankSpec, IsFoundInTheEnvironmentOfEachLauncher) {
  for (const Start& start : kStarts) {
    SCOPED_TRACE(start.launcher);
    const RankSpec spec = find_rank(start.environment);
    EXPECT_EQ(spec.launcher, start.launcher);
    EXPECT_EQ(spec.rank, start.rank);
    EXPECT_EQ(spec.ranks, start.ranks);
    EXPECT_EQ(spec.meet, start.meet);
    EXPECT_EQ(spec.job, start.job);
    EXPECT_EQ(spec.attempt, start.attempt);
  }
}

TEST(RankSpec, IsOneRankWhereNoLauncherStartsSeveral) {
  // The batch script of Slurm itself, a shard of Kubernetes, and --ranks 1.
  for (const Environment& environment :
       {Environment{{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}, Environment{{"JOB_COMPLETION_INDEX", "2"}},
        Environment{{"SHORTLIST_RANKS", "1"}}, Environment{{"SHORTLIST_RANK", ""}}})
    EXPECT_EQ(find_rank(environment).ranks, 1);
}

TEST(RankSpec, IsThatOfTheFlagsRatherThanThatOfALauncher) {
  const RankSpec spec = find_rank({{"RANK", "3"},
                                   {"WORLD_SIZE", "4"},
                                   {"MASTER_ADDR", "node1"},
                                   {"MASTER_PORT", "29500"},
                                   {"SHORTLIST_RANK", "0"},
                                   {"SHORTLIST_RANKS", "2"},
                                   {"SHORTLIST_MEET", "[::1]:9"},
                                   {"SHORTLIST_RANK_TIMEOUT", "3"},
                                   {"SHORTLIST_LIFE_LINE", "1"}});
  EXPECT_EQ(spec.rank, 0);
  EXPECT_EQ(spec.ranks, 2);
  EXPECT_EQ(spec.meet, "[::1]:9");
  EXPECT_EQ(spec.silence.count(), 3'000);
  EXPECT_TRUE(spec.life_line);
}

std::string mistake(const Environment& environment) {
  try {
    find_rank(environment);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.message();
  }
}

TEST(RankSpec, NamesWhatIsMissingOrWrong) {
  EXPECT_EQ(mistake({{"SHORTLIST_RANK", "1"}}),
            "SHORTLIST_RANKS (--ranks) is not set, but SHORTLIST_RANK (--rank) is");
  EXPECT_EQ(mistake({{"SHORTLIST_RANK", "2"}, {"SHORTLIST_RANKS", "2"}}),
            "SHORTLIST_RANK (--rank) is 2, but there are 2 ranks, which count from 0");
  EXPECT_EQ(mistake({{"RANK", "one"}, {"WORLD_SIZE", "2"}}),
            "RANK: got 'one', need a whole number from 0 to 2147483647");
  EXPECT_EQ(mistake({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}}),
            "SHORTLIST_MEET (--meet) is not set: with 2 ranks (from mpirun) it must be HOST:PORT of rank 0");
  for (const char* meet : {"node1", "node1:", "node1:x", "node1:70000", ":5", "fe80::1:5"})
    EXPECT_EQ(mistake({{"SHORTLIST_RANK", "1"}, {"SHORTLIST_RANKS", "2"}, {"SHORTLIST_MEET", meet}}),
              std::string("SHORTLIST_MEET (--meet): got '") + meet +
                  "', need HOST:PORT of rank 0, such as node1:29400 or [fe80::1]:29400");
}

TEST(RankSpec, FindsTheFirstNodeOfSlurmsLists) {
  EXPECT_EQ(first_slurm_node("node1"), "node1");
  EXPECT_EQ(first_slurm_node("node1,node2"), "node1");
  EXPECT_EQ(first_slurm_node("node[03-07,9],other"), "node03");
  EXPECT_EQ(first_slurm_node("a,node[03-07]"), "a");
  EXPECT_EQ(first_slurm_node("rack[1,3]-eth,x"), "rack1-eth");
}

}  // namespace
}  // namespace shortlist
