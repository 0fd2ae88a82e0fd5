// Whom a request counts for.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// The client's address behind so many proxies, each of which adds the address that it was asked from to the
// end of X-Forwarded-For. `peer` is the other end of the connection; it is the answer without proxies, and
// where the header has no address at that place.
std::string client_behind(int proxies, std::string_view forwarded_for, std::string_view peer);

// What rates and connections are counted for: an IPv4 address, or the network of an IPv6 address,
// "2001:db8:0:1::/64", since a host may choose among all addresses of its network. An IPv4 address that is
// mapped into IPv6 is itself.
std::string client_network(std::string_view address);

}  // namespace shortlist
