#pragma once
#include <string>

namespace cresset {

// The small files in which an operating system tells about itself. Not std::ifstream: iostreams would be a tenth of the
// addon.

// The whole file; empty when it cannot be read.
std::string read_text(const std::string& path);
// The number a file begins with; `otherwise` where there is none.
double read_number(const std::string& path, double otherwise);
// Cuts the text up to `end`, and `end` too, off the front of `text`; all of it where there is no `end`.
std::string take_until(std::string& text, char end);

}  // namespace cresset
