// One input of the connection fuzzer: the bytes that a client sends, after which it sends no more.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "shortlist/server/http/http_server.h"
#include "shortlist/testing/served_model.h"

namespace shortlist {

class FuzzedServer {
 public:
  // What the server sent until it closed. Ends the program where that is no HTTP, or blames the server.
  std::string ask(std::string_view input) {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(server_.port()), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (client < 0 || connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      std::abort();
    while (!input.empty()) {
      const ssize_t sent = send(client, input.data(), input.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      input.remove_prefix(static_cast<size_t>(sent));
    }
    shutdown(client, SHUT_WR);
    std::string answer;
    char buffer[16 << 10];
    for (ssize_t got = 0; (got = recv(client, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<size_t>(got));
    close(client);
    if ((!answer.empty() && !answer.starts_with("HTTP/1.1 ")) || answer.starts_with("HTTP/1.1 500"))
      std::abort();
    return answer;
  }

 private:
  TestService tiny_{{.limits = {.max_body_bytes = 4096, .max_header_bytes = 1024}}};
  HttpServer server_{{.port = 0, .threads = 1}, tiny_.service, tiny_.metrics};
};

}  // namespace shortlist
