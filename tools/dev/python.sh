# Part of ./dev: the Python package and its wheels.
# Debian has only shared libraries of these; a wheel needs their sources. NAME:SOURCE_PACKAGE:FILE:SHA256
portable_sources=(
  fmt:fmtlib:fmtlib_9.1.0+ds1.orig.tar.gz:84ce1c2d0be3a9863935137969dcec6970125caac032f82474640bfc81463583
  highway:highway:highway_1.0.3.orig.tar.gz:566fc77315878473d9a6bd815f7de78c73734acdcb745c3dde8579560ac5440e
  prometheus-cpp:prometheus-cpp:prometheus-cpp_1.0.1.orig.tar.gz:593e028d401d3298eada804d252bc38d8cab3ea1c9e88bcd72095281f85e6d16)

# Makes .deps/python, the virtual environment with what builds and tests the Python package.
setup_python() {
  local venv=$root/.deps/python list=tests/python/requirements.txt
  cmp -s $list "$venv/installed.txt" && return
  setup_packages "${python_packages[@]}"
  say "fetching Python's packages"
  [ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install -q -r $list
  cp $list "$venv/installed.txt"
}

# Makes .deps/engines, a virtual environment with Spark, Ray and Dask (1.2 GB), unless SHORTLIST_ENGINES_PYTHON names
# a Python that has them, or SHORTLIST_NO_CLUSTER is set.
setup_engines() {
  local venv=$root/.deps/engines list=tests/python/engines/requirements.txt
  [ -z "${SHORTLIST_NO_CLUSTER:-}" ] || return 0
  command -v java >/dev/null || [ -n "${JAVA_HOME:-}" ] || setup_packages "${engine_packages[@]}"
  [ -z "${SHORTLIST_ENGINES_PYTHON:-}" ] || return 0
  export SHORTLIST_ENGINES_PYTHON=$venv/bin/python
  cmp -s $list "$venv/installed.txt" && return
  say "fetching Spark, Ray and Dask"
  [ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
  if "$venv/bin/pip" install -q -r $list; then
    cp $list "$venv/installed.txt"
  else
    say "without Spark, Ray and Dask, which could not be fetched: their tests are skipped"
    export SHORTLIST_NO_CLUSTER=1
  fi
}

# Configures build/ to build the Python package, too.
configure_python() {
  setup_python
  grep -qs '^SHORTLIST_PYTHON:BOOL=ON' build/CMakeCache.txt ||
    cmake -S . -B build -G Ninja -DSHORTLIST_PYTHON=ON -DPython_EXECUTABLE="$root/.deps/python/bin/python" >/dev/null
}

# python [ARGUMENT...]: builds the package into build/python/shortlist and runs Python with it.
python() {
  setup_build
  page
  configure_python
  cmake --build build --target python
  [ $# = 0 ] || PYTHONPATH="$root/build/python" exec .deps/python/bin/python "$@"
}

# Builds the pages of the Python package into build/python-docs. A warning is an error.
python_docs() {
  python -m sphinx -q -W --keep-going -d build/python-docs/doctrees docs/python build/python-docs/html
}

# Fetches the sources for cmake/portable.cmake into .deps/portable, with apt lists and settings of their own.
setup_portable() {
  local folder=$root/.deps/portable apt source name package file sum
  [ -f "$folder/ready" ] && return
  say "fetching sources for the wheel"
  rm -rf "$folder"
  apt=$folder/apt
  mkdir -p "$apt"/{lists,cache/archives}/partial
  echo "deb-src http://deb.debian.org/debian bookworm main" > "$apt/sources.list"
  cat > "$apt/apt.conf" <<APT
APT::Sandbox::User "root";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT
  if ! APT_CONFIG=$apt/apt.conf apt-get update -qq --error-on=any; then
    say "skipped: Debian's sources cannot be fetched from deb.debian.org"
    exit 77
  fi
  for source in "${portable_sources[@]}"; do
    IFS=: read -r name package file sum <<<"$source"
    (cd "$apt" && APT_CONFIG=$apt/apt.conf apt-get source -qq --download-only "$package" >/dev/null)
    echo "$sum  $apt/$file" | sha256sum --check --quiet || die "$file is not the expected one"
    mkdir -p "$folder/$name"
    tar xzf "$apt/$file" -C "$folder/$name" --strip-components=1
  done
  rm -rf "$apt"
  touch "$folder/ready"
}

# wheel [PYTHON...]: makes a wheel for each interpreter, or for that of .deps/python, in build-wheel/wheels. It
# runs on Linux with glibc 2.28 or later. One that is made by CPython 3.12 or later fits all later versions.
wheel() {
  local interpreter version builder made
  setup_build
  setup_python
  setup_portable
  page
  [ $# -gt 0 ] || set -- "$root/.deps/python/bin/python"
  for interpreter in "$@"; do
    version=$("$interpreter" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "a wheel by Python $version"
    builder=$root/.deps/python
    if [ "$interpreter" != "$builder/bin/python" ]; then
      builder=$root/.deps/python-$version
      [ -x "$builder/bin/pip" ] || "$interpreter" -m venv "$builder"
      grep -E '^(nanobind|scikit-build-core)=' tests/python/requirements.txt | "$builder/bin/pip" install -q -r /dev/stdin
    fi
    made=$(mktemp -d)
    # The compiler's name is that of build/, so ccache has most objects.
    CXX=${CXX:-c++} "$builder/bin/pip" wheel -q --no-deps --no-build-isolation -w "$made" \
      --config-settings=cmake.define.SHORTLIST_PORTABLE="$root/.deps/portable" .
    PATH=$root/.deps/python/bin:$PATH auditwheel repair -w build-wheel/wheels "$made"/*.whl
    rm -r "$made"
  done
  ls build-wheel/wheels
}

# test_wheel PYTHON...: makes a wheel for each interpreter, installs it into an empty environment and tests it.
test_wheel() {
  local interpreter venv
  wheel "$@"
  for interpreter in "$@"; do
    say "the wheel in $interpreter"
    venv=$(mktemp -d)
    "$interpreter" -m venv "$venv"
    "$venv/bin/pip" install -q --no-index --no-deps --find-links build-wheel/wheels shortlist
    "$venv/bin/pip" install -q numpy pytest mypy
    "$venv/bin/python" -m pytest -q -p no:cacheprovider tests/python/test_package.py
    rm -r "$venv"
  done
}
