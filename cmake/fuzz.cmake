# The fuzzers of tests/fuzz with clang's libFuzzer, under sanitizers: ./dev fuzz. Checksums are left unchecked, so
# that changed bytes come through.
add_custom_target(fuzzers)
function(add_fuzzer name library)
  add_executable(${name}_fuzz tests/fuzz/${name}_fuzz.cc)
  target_link_libraries(${name}_fuzz PRIVATE ${library})
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${name}_fuzz)
endfunction()
add_fuzzer(checkpoint shortlist)
add_fuzzer(request shortlist_server)
add_fuzzer(connection shortlist_server)
