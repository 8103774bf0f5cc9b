#include "runtime/text_file.h"

#include <cstdio>
#include <cstdlib>

namespace cresset {

std::string read_text(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return text;
  char piece[4096];
  while (size_t count = std::fread(piece, 1, sizeof piece, file)) text.append(piece, count);
  std::fclose(file);
  return text;
}

double read_number(const std::string& path, double otherwise) {
  const std::string text = read_text(path);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end == text.c_str() ? otherwise : value;
}

std::string take_until(std::string& text, char end) {
  const size_t at = text.find(end);
  std::string taken = text.substr(0, at);
  text.erase(0, at == std::string::npos ? at : at + 1);
  return taken;
}

}  // namespace cresset
