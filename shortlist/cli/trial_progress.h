// Progress of many trainings, on standard error.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// "epoch 3 of 30" of an epoch's event of `train --json`; "" for any other line.
std::string epoch_text(std::string_view event_line);

}  // namespace shortlist
