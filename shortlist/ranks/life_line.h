// A rank that is a child of another program, such as a worker of Spark or Ray, ends when that program ends,
// however that happened: its standard input is a pipe that the other program holds open.
#pragma once

#include <functional>

namespace shortlist {

// Starts a thread that reads standard input until it ends, and then calls `ended`, which ends the process.
// What is read is ignored.
void watch_life_line(std::function<void()> ended);

}  // namespace shortlist
