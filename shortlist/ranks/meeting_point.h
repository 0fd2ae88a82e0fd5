// Where the ranks of a job meet: a server over TCP in the process of rank 0. Ranks learn of each other here,
// and each keeps a connection as long as it works. So the meeting point knows when a rank ends, and tells the
// others which one and why. It has no encryption: for private networks only.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "shortlist/ranks/tcp.h"

namespace shortlist {

class MeetingPoint {
 public:
  struct Job {
    std::string token;  // connections that do not know it are refused
    int attempt = 0;
    int ranks = 1;
    std::chrono::milliseconds silence;  // a rank without a sign of life for this long is lost
    std::chrono::milliseconds start;    // all ranks must have come within this time
    std::chrono::milliseconds stall;    // no exchange takes as long
  };

  // Serves on a thread of its own.
  MeetingPoint(TcpSocket listening, Job job);
  // Says what is to be said, and closes.
  ~MeetingPoint();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace shortlist
