#include "shortlist/ranks/meeting_message.h"

#include <string_view>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

constexpr size_t kLength = 4, kHead = 9;  // bytes of the length, and of the fields before the key

void put_number(std::string& data, uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) data.push_back(static_cast<char>(number >> shift & 0xff));
}

uint32_t number_at(std::string_view data, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i)
    number |= static_cast<uint32_t>(static_cast<unsigned char>(data[at + i])) << (8 * i);
  return number;
}

}  // namespace

std::string wire_form(const MeetingMessage& message) {
  std::string data;
  put_number(data, static_cast<uint32_t>(kHead + message.key.size() + message.value.size()));
  data.push_back(static_cast<char>(message.kind));
  put_number(data, static_cast<uint32_t>(message.number));
  put_number(data, static_cast<uint32_t>(message.key.size()));
  return data + message.key + message.value;
}

std::optional<MeetingMessage> take_message(std::string& data, size_t most_bytes) {
  if (data.size() < kLength) return std::nullopt;
  const size_t bytes = number_at(data, 0);
  if (bytes < kHead || bytes > most_bytes) throw failed("a message of {} bytes", bytes);
  if (data.size() < kLength + bytes) return std::nullopt;
  const auto kind = static_cast<uint8_t>(data[kLength]);
  const size_t key_bytes = number_at(data, kLength + 5);
  if (kind < static_cast<uint8_t>(MeetingKind::hello) || kind > static_cast<uint8_t>(MeetingKind::beat))
    throw failed("a message of the unknown kind {}", kind);
  if (key_bytes > bytes - kHead) throw failed("a key of {} bytes in a message of {}", key_bytes, bytes);
  const size_t key = kLength + kHead;
  MeetingMessage message{.kind = static_cast<MeetingKind>(kind),
                         .number = static_cast<int32_t>(number_at(data, kLength + 1)),
                         .key = data.substr(key, key_bytes),
                         .value = data.substr(key + key_bytes, bytes - kHead - key_bytes)};
  data.erase(0, kLength + bytes);
  return message;
}

}  // namespace shortlist
