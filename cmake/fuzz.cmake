# The fuzzers of tests/fuzz with clang's libFuzzer, under sanitizers: ./dev fuzz. Checksums are left unchecked, so
# that changed bytes come through.
add_executable(checkpoint_fuzz tests/fuzz/checkpoint_fuzz.cc)
target_link_libraries(checkpoint_fuzz PRIVATE shortlist)
target_link_options(checkpoint_fuzz PRIVATE -fsanitize=fuzzer)
