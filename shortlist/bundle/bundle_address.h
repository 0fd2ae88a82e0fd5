// Addresses of bundles that are fetched: s3://bucket/models/anime, gs://bucket/models, https://host/models.
// Other programs transfer the files: one command per file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// Whether the text is an address ("SCHEME://...") and not a path.
bool is_address(std::string_view text);

// Throws Error(usage) for an address with a query or fragment, and for a scheme that has no command.
// `command` is the user's fetch command, or "".
void check_address(const std::string& address, const std::string& command);

// The address of a file or folder in a folder. In http and https addresses, the name's characters are escaped
// where necessary.
std::string address_in(const std::string& folder, std::string_view name);

// The last part of an address: "anime" of s3://bucket/models/anime/.
std::string last_part(std::string_view address);

// The words of the command that copies the file at the address to a path. `command` is a template, split at
// blanks, in which {from} and {to} are replaced; "" means curl for http and https, and rclone for s3 and gs.
// Throws Error(usage) if {from} or {to} is missing.
std::vector<std::string> fetch_words(const std::string& command, const std::string& address,
                                     const std::string& path);

}  // namespace shortlist
