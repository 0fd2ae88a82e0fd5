// Which rank this process is, of how many, and where they meet, as given by flags, by environment variables,
// or by the launcher that started it.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace shortlist {

struct RankSpec {
  int rank = 0, ranks = 1;
  std::string meet;      // HOST:PORT of rank 0, which listens there
  std::string job;       // a secret that all ranks of a job have, and no other job
  int attempt = 0;       // counts the starts of the job
  std::string launcher;  // who said so: "flags", "torchrun", "mpirun", "PMI", "Slurm", "Kubernetes"; or ""
  // A socket that already listens on the port of `meet`, as inherited by rank 0; or -1.
  int listening_file = -1;
  // A rank that shows no sign of life for this long is lost.
  std::chrono::milliseconds silence{8'000};
  // If all ranks are in the same exchange for this long, the network between two of them is down, though both
  // still reach rank 0. Longer than any exchange takes.
  std::chrono::milliseconds stall{300'000};
  // All ranks must have come within this time.
  std::chrono::milliseconds start{300'000};
  // Whether the end of standard input ends the process.
  bool life_line = false;
};

using Environment = std::map<std::string, std::string>;

// The variables of this process.
Environment own_environment();

// Finds the rank in the variables. The first of these that are set decide:
//   SHORTLIST_RANK, SHORTLIST_RANKS                           flags of the command line are passed as these
//   RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT                torchrun; ranks meet on the port after its own
//   OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_SIZE                mpirun of Open MPI
//   PMI_RANK, PMI_SIZE                                        mpirun of MPICH and Intel MPI
//   SLURM_PROCID, SLURM_NTASKS, SLURM_STEP_ID                 srun; ranks meet on the first node of the step
//   JOB_COMPLETION_INDEX, with SHORTLIST_RANKS and _MEET      indexed jobs of Kubernetes
// SHORTLIST_MEET, _JOB, _ATTEMPT, _RANK_TIMEOUT, _START_TIMEOUT (both in seconds), _MEET_FD and _LIFE_LINE
// replace what a launcher says. Without any of them the job has one rank. Throws a usage Error that names the
// variable, and its flag, if a value is missing or wrong.
RankSpec find_rank(const Environment& environment);

// The first name of a list of Slurm: "node[03-07,9],other" gives "node03".
std::string first_slurm_node(const std::string& list);

}  // namespace shortlist
