# Part of ./dev: cross-compiles for 64-bit ARM.
# Installs Debian's libraries for 64-bit ARM in build-arm/sysroot, with separate apt lists and settings there,
# so the system's own are not changed.
setup_arm_sysroot() {
  local sysroot=$root/build-arm/sysroot state=$root/build-arm/apt deb
  [ -f "$sysroot/ready" ] && return
  say "fetching libraries for arm64"
  rm -rf "$sysroot" "$state"
  mkdir -p "$sysroot" "$state"/{lists,cache/archives}/partial
  touch "$state/status"
  cat > "$state/apt.conf" <<APT
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
Dir::State "$state";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
APT
  APT_CONFIG=$state/apt.conf apt-get update -qq
  APT_CONFIG=$state/apt.conf apt-get install -y -qq --download-only "${arm_libraries[@]}" >/dev/null
  for deb in "$state"/cache/archives/*.deb; do dpkg-deb -x "$deb" "$sysroot"; done
  touch "$sysroot/ready"
}

# Builds the modules with vector code and formats for 64-bit ARM, and runs their tests under qemu-user.
arm() {
  setup_packages "${packages[@]}" "${arm_packages[@]}"
  setup_arm_sysroot
  configure build-arm/build -DCMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake -DSHORTLIST_SYSROOT="$root/build-arm/sysroot" \
    -DSHORTLIST_MODULES="$memory_modules"
  cmake --build build-arm/build
  ctest --test-dir build-arm/build --output-on-failure -j"$(nproc)"
}
