// Starts threads.
#pragma once

#include <functional>
#include <thread>

namespace shortlist {

// Throws a failed Error if the system cannot start another thread.
std::thread start_thread(std::function<void()> work);

}  // namespace shortlist
