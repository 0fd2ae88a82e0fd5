// The client that a request is counted for.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// The client's address behind `proxies` proxies, each of which appends the address of its peer to
// X-Forwarded-For. Returns `peer`, the other end of the connection, if there are no proxies or the header has
// no address at that position.
std::string client_behind(int proxies, std::string_view forwarded_for, std::string_view peer);

// The unit for which rates and connections are counted: an IPv4 address, or the network of an IPv6 address,
// "2001:db8:0:1::/64", since a host may use any address of its network. An IPv4 address mapped into IPv6 is
// the IPv4 address.
std::string client_network(std::string_view address);

}  // namespace shortlist
