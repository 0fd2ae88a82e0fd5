#include "shortlist/ranks/rank_spec.h"

#include <unistd.h>

#include <charconv>
#include <limits>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/ranks/tcp.h"

namespace shortlist {
namespace {

constexpr int kMostRanks = 4096;
constexpr int kFirstPort = 20'000, kPorts = 10'000;  // for jobs whose launcher gives a number but no port

class Variables {
 public:
  explicit Variables(const Environment& all) : all_(all) {}

  // A variable that is empty is not set.
  bool has(const std::string& name) const {
    const auto found = all_.find(name);
    return found != all_.end() && !found->second.empty();
  }
  std::string text(const std::string& name, const std::string& otherwise = "") const {
    return has(name) ? all_.at(name) : otherwise;
  }
  int number(const std::string& name, int least, int most) const {
    const std::string value = text(name);
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < least || number > most)
      throw usage_error("{}: got '{}', need a whole number from {} to {}", shown(name), value, least, most);
    return number;
  }
  int number_or(const std::string& name, int otherwise, int least, int most) const {
    return has(name) ? number(name, least, most) : otherwise;
  }
  void need(const std::string& name, const std::string& given) const {
    if (!has(name)) throw usage_error("{} is not set, but {} is", shown(name), shown(given));
  }

  // "SHORTLIST_RANK (--rank)"
  static std::string shown(const std::string& name) {
    const std::string prefix = "SHORTLIST_";
    if (!name.starts_with(prefix) || name == "SHORTLIST_MEET_FD") return name;
    std::string flag = " (--";
    for (const char c : name.substr(prefix.size()))
      flag += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name + flag + ")";
  }

 private:
  const Environment& all_;
};

void read_place(const Variables& variables, const std::string& rank, const std::string& ranks,
                RankSpec& spec) {
  variables.need(ranks, rank);
  variables.need(rank, ranks);
  spec.ranks = variables.number(ranks, 1, kMostRanks);
  spec.rank = variables.number(rank, 0, std::numeric_limits<int>::max());
  if (spec.rank >= spec.ranks)
    throw usage_error("{} is {}, but there are {} ranks, which count from 0", Variables::shown(rank),
                      spec.rank, spec.ranks);
}

// A port from the digits of a job's number, the same on all of its nodes.
int port_of_job(const std::string& job) {
  unsigned number = 0;
  for (const char c : job) number = number * 31 + static_cast<unsigned char>(c);
  return kFirstPort + static_cast<int>(number % kPorts);
}

// Each function returns false if the launcher did not start this process.

bool from_flags(const Variables& variables, RankSpec& spec) {
  if (!variables.has("SHORTLIST_RANK")) {
    if (!variables.has("SHORTLIST_RANKS") || variables.has("JOB_COMPLETION_INDEX")) return false;
    if (variables.number("SHORTLIST_RANKS", 1, kMostRanks) == 1) return true;
  }
  spec.launcher = "flags";
  read_place(variables, "SHORTLIST_RANK", "SHORTLIST_RANKS", spec);
  return true;
}

bool from_torchrun(const Variables& variables, RankSpec& spec) {
  if (!variables.has("RANK") || !variables.has("WORLD_SIZE")) return false;
  spec.launcher = "torchrun";
  read_place(variables, "RANK", "WORLD_SIZE", spec);
  spec.job = variables.text("TORCHELASTIC_RUN_ID");
  spec.attempt = variables.number_or("TORCHELASTIC_RESTART_COUNT", 0, 0, std::numeric_limits<int>::max());
  // torchrun's own store may hold MASTER_PORT.
  if (variables.has("MASTER_ADDR") && variables.has("MASTER_PORT"))
    spec.meet =
        TcpEndpoint{variables.text("MASTER_ADDR"), variables.number("MASTER_PORT", 1, 65'534) + 1}.text();
  return true;
}

bool from_mpirun(const Variables& variables, RankSpec& spec) {
  if (!variables.has("OMPI_COMM_WORLD_RANK")) return false;
  spec.launcher = "mpirun";
  read_place(variables, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", spec);
  spec.job = variables.text("OMPI_MCA_ess_base_jobid", variables.text("PMIX_NAMESPACE"));
  if (variables.text("OMPI_COMM_WORLD_LOCAL_SIZE") == variables.text("OMPI_COMM_WORLD_SIZE"))
    spec.meet = TcpEndpoint{"127.0.0.1", port_of_job(spec.job)}.text();
  return true;
}

bool from_pmi(const Variables& variables, RankSpec& spec) {
  if (!variables.has("PMI_RANK") || !variables.has("PMI_SIZE")) return false;
  spec.launcher = "PMI";
  read_place(variables, "PMI_RANK", "PMI_SIZE", spec);
  if (variables.text("MPI_LOCALNRANKS") == variables.text("PMI_SIZE"))
    spec.meet = TcpEndpoint{"127.0.0.1", port_of_job(variables.text("HYDRA_JOB", "pmi"))}.text();
  return true;
}

bool from_slurm(const Variables& variables, RankSpec& spec) {
  // In the batch script itself, outside srun, there is one process whatever SLURM_NTASKS says.
  if (!variables.has("SLURM_PROCID") || !variables.has("SLURM_STEP_ID")) return false;
  const std::string size = variables.has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
  spec.launcher = "Slurm";
  read_place(variables, "SLURM_PROCID", size, spec);
  spec.job = variables.text("SLURM_JOB_ID") + "." + variables.text("SLURM_STEP_ID");
  spec.attempt = variables.number_or("SLURM_RESTART_COUNT", 0, 0, std::numeric_limits<int>::max());
  const std::string nodes = variables.text("SLURM_STEP_NODELIST", variables.text("SLURM_JOB_NODELIST"));
  if (!nodes.empty()) spec.meet = TcpEndpoint{first_slurm_node(nodes), port_of_job(spec.job)}.text();
  return true;
}

bool from_kubernetes(const Variables& variables, RankSpec& spec) {
  if (!variables.has("JOB_COMPLETION_INDEX") || !variables.has("SHORTLIST_RANKS")) return false;
  spec.launcher = "Kubernetes";
  read_place(variables, "JOB_COMPLETION_INDEX", "SHORTLIST_RANKS", spec);
  return true;
}

std::chrono::milliseconds seconds(const Variables& variables, const std::string& name,
                                  std::chrono::milliseconds otherwise) {
  if (!variables.has(name)) return otherwise;
  return std::chrono::seconds(variables.number(name, 1, 86'400));
}

}  // namespace

Environment own_environment() {
  Environment all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != text.npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

RankSpec find_rank(const Environment& environment) {
  const Variables variables(environment);
  RankSpec spec;
  for (const auto& from : {from_flags, from_torchrun, from_mpirun, from_pmi, from_slurm, from_kubernetes}) {
    if (from(variables, spec)) break;
  }
  spec.meet = variables.text("SHORTLIST_MEET", spec.meet);
  spec.job = variables.text("SHORTLIST_JOB", spec.job);
  spec.attempt = variables.number_or("SHORTLIST_ATTEMPT", spec.attempt, 0, std::numeric_limits<int>::max());
  spec.listening_file = variables.number_or("SHORTLIST_MEET_FD", -1, 3, 1 << 20);
  spec.silence = seconds(variables, "SHORTLIST_RANK_TIMEOUT", spec.silence);
  spec.start = seconds(variables, "SHORTLIST_START_TIMEOUT", spec.start);
  spec.life_line = variables.number_or("SHORTLIST_LIFE_LINE", 0, 0, 1) == 1;
  if (spec.ranks == 1) return spec;
  if (spec.meet.empty())
    throw usage_error("{} is not set: with {} ranks (from {}) it must be HOST:PORT of rank 0",
                      Variables::shown("SHORTLIST_MEET"), spec.ranks, spec.launcher);
  const TcpEndpoint meet = parse_endpoint(spec.meet, Variables::shown("SHORTLIST_MEET"));
  if (meet.port == 0)
    throw usage_error("{}: got port 0, need the port that all ranks know",
                      Variables::shown("SHORTLIST_MEET"));
  return spec;
}

std::string first_slurm_node(const std::string& list) {
  const size_t bracket = list.find('['), comma = list.find(',');
  if (bracket == list.npos || comma < bracket) return list.substr(0, comma);
  const size_t end = list.find_first_of(",-]", bracket);
  std::string name = list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1);
  // A suffix after the brackets belongs to each name.
  const size_t close = list.find(']', bracket);
  if (close != list.npos) name += list.substr(close + 1, list.find(',', close) - close - 1);
  return name;
}

}  // namespace shortlist
