// The messages between a rank and the meeting point. A message on the wire is its length (4 bytes), kind (1),
// number (4), the length of its key (4), the key, and the value, which is the rest. Numbers are
// little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace shortlist {

// The first word of the first message: what is spoken, and its version.
inline constexpr const char* kMeetingProtocol = "shortlist-ranks-1";

inline constexpr int32_t kNoExchange = 0;

enum class MeetingKind : uint8_t {
  // From a rank.
  hello = 1,  // number: its rank; key: the protocol; value: lines of MeetingGuest
  set,        // key, value
  get,        // key; `value` answers once a rank has set it
  leave,      // number: an ErrorKind, or 0 if its work is done; value: the reason
  // From the meeting point.
  accepted,  // key: the protocol
  refused,   // number: 1 if the rank may try again; key: an ErrorKind; value: the reason
  ready,     // all ranks have come. key: the address at which others reach the rank; value: a line per rank
  value,     // key, value
  ended,     // the job cannot go on. number: an ErrorKind; value: which rank ended it, and why
  finished,  // number: a rank whose work is done
  // From both.
  beat,  // a sign of life. number, from a rank: that of the exchange that it is in, or kNoExchange
};

struct MeetingMessage {
  MeetingKind kind;
  int32_t number = 0;
  std::string key, value;
};

std::string wire_form(const MeetingMessage& message);

// Takes the first message from the front of `data` if it is complete. Throws Error(failed) for a length above
// `most_bytes`, an unknown kind, or a key that is longer than its message.
std::optional<MeetingMessage> take_message(std::string& data, size_t most_bytes);

}  // namespace shortlist
