// One rank's connection to the meeting point (meeting_point.h), for as long as the rank works.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shortlist/base/error.h"
#include "shortlist/ranks/rank_spec.h"

namespace shortlist {

// Why a job cannot go on: "rank 3 on node7 (process 4242) ended: ...".
struct RankLoss {
  ErrorKind kind = ErrorKind::failed;
  std::string message;
  Error error() const { return Error(kind, message); }
};

class MeetingMember {
 public:
  // Returns when all ranks have come. Throws Error: usage if the rank does not belong there, failed if rank 0
  // does not answer or a rank does not come in time.
  explicit MeetingMember(const RankSpec& spec);
  // Without leave() before it, the other ranks are told that this one has ended without a reason.
  ~MeetingMember();

  // The numeric address at which the other ranks reach this one.
  std::string address() const;

  // Values that all ranks see. get() waits until a rank has set the key, and throws the loss if one is lost.
  void set(const std::string& key, const std::string& value);
  std::string get(const std::string& key);

  // Waits for a loss, at most that long.
  std::optional<RankLoss> loss(std::chrono::milliseconds within = {}) const;
  // Calls `lost` on another thread when a rank is lost, or at once if that has happened. If this rank has not
  // left after another `grace`, because it computes and does not see it, calls `stuck`, if there is one.
  void on_loss(std::function<void()> lost, std::chrono::milliseconds grace,
               std::function<void(const RankLoss&)> stuck);

  // Tell the meeting point whether this rank waits for others, with its next sign of life.
  void begin_exchange();
  void end_exchange();

  // The first rank whose work is done, by name; "" if there is none.
  std::string finished_rank() const;

  // Tells the others that this rank's work is done, or else why it cannot go on.
  void leave(const std::optional<RankLoss>& failure);

 private:
  class Client;
  std::unique_ptr<Client> client_;
};

}  // namespace shortlist
