# Generates an assembly file with the web page's built files and the table in which shortlist/server/page.cc
# looks them up. If the page was not built (./dev page), the table is empty. SHORTLIST_HAS_PAGE says whether
# it was.
enable_language(ASM)
set(SHORTLIST_PAGE_DIR "${CMAKE_SOURCE_DIR}/build/web" CACHE PATH "Folder with the built web page")

function(add_page_object target)
  set(folder ${SHORTLIST_PAGE_DIR})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  set(texts "")
  set(table "")
  set(number 0)
  set(paths "")
  foreach(file ${files})
    string(LENGTH "/${file}" length)
    string(APPEND texts "path${number}: .ascii \"/${file}\"\ncontent${number}: .incbin \"${folder}/${file}\"\nend${number}:\n")
    string(APPEND table "  .quad path${number}, ${length}, content${number}, end${number} - content${number}\n")
    list(APPEND paths ${folder}/${file})
    math(EXPR number "${number} + 1")
  endforeach()
  set(assembly "  .section .rodata\n${texts}
  .section .data.rel.ro, \"aw\"\n  .balign 8\n  .globl shortlist_page_files\nshortlist_page_files:\n${table}  .quad 0
  .section .rodata\n  .balign 8\n  .globl shortlist_page_file_count\nshortlist_page_file_count:\n  .quad ${number}
  .section .note.GNU-stack, \"\", %progbits\n")
  if(files)
    set(SHORTLIST_HAS_PAGE ON PARENT_SCOPE)
  else()
    set(SHORTLIST_HAS_PAGE OFF PARENT_SCOPE)
  endif()
  set(output ${CMAKE_BINARY_DIR}/page_files.S)
  file(CONFIGURE OUTPUT ${output} CONTENT "${assembly}" @ONLY)
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE ${output})
endfunction()
