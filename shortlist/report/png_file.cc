#include "shortlist/report/png_file.h"

#include <png.h>

#include "shortlist/base/error.h"

namespace shortlist {

std::string encode_png(std::span<const std::uint8_t> rgb, int width, int height) {
  SHORTLIST_CHECK(width > 0 && height > 0 && rgb.size() == size_t(width) * size_t(height) * 3);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(width);
  image.height = png_uint_32(height);
  image.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, rgb.data(), 0, nullptr)) {
    throw failed("PNG: {}", image.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace shortlist
