# Stand-in for tools/cmake/project.cmake of ESP-IDF, as far as a component can see it: project() reads the components of the
# project, links what they embed, and makes build/<project>.bin by the target gen_project_binary. The compiler is the
# machine's; the .bin has the program as its only segment. As in ESP-IDF, embedded data is linked only where something refers to it.


function(idf_component_register)
    cmake_parse_arguments(_ "" "" "SRCS;INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES;EMBED_FILES" ${ARGN})
    get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    add_library(${name} STATIC ${__SRCS})
    target_include_directories(${name} PUBLIC ${__INCLUDE_DIRS} $ENV{IDF_PATH}/include)
    foreach(file IN LISTS __EMBED_FILES)
        get_filename_component(base ${file} NAME)
        string(MAKE_C_IDENTIFIER ${base} symbol)
        set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${base}.S)
        file(WRITE ${assembly} ".section .rodata.${symbol},\"a\"
.balign 4
.global _binary_${symbol}_start
_binary_${symbol}_start:
.incbin \"${CMAKE_CURRENT_SOURCE_DIR}/${file}\"
.global _binary_${symbol}_end
_binary_${symbol}_end:
.byte 0
")
        target_sources(${name} PRIVATE ${assembly})
    endforeach()
    if(name STREQUAL "main")
        target_link_libraries(${name} PUBLIC perennial)
    endif()
endfunction()

# As in ESP-IDF: of properties that are set after the components are read, they get a generator expression.
function(idf_build_get_property variable property)
    set(${variable} "$<TARGET_PROPERTY:__idf_build_target,${property}>" PARENT_SCOPE)
endfunction()

macro(project name)
    _project(${name} C ASM)
    add_custom_target(__idf_build_target)
    add_compile_options(-ffunction-sections -fdata-sections)
    file(GLOB component_folders ${CMAKE_SOURCE_DIR}/components/* ${CMAKE_SOURCE_DIR}/main)
    foreach(folder IN LISTS component_folders)
        get_filename_component(component ${folder} NAME)
        add_subdirectory(${folder} esp-idf/${component})
    endforeach()
    add_executable(${name}.elf $ENV{IDF_PATH}/start.c)
    target_link_libraries(${name}.elf main)
    target_link_options(${name}.elf PRIVATE -Wl,--gc-sections)
    # As in ESP-IDF: without what follows a dot.
    get_filename_component(executable ${name} NAME_WE)
    set_property(TARGET __idf_build_target PROPERTY EXECUTABLE_NAME ${executable})
    add_custom_target(gen_project_binary
        COMMAND python3 $ENV{IDF_PATH}/tools/image.py $<TARGET_FILE:${name}.elf> ${CMAKE_BINARY_DIR}/${executable}.bin
        DEPENDS ${name}.elf)
    add_custom_target(app ALL DEPENDS gen_project_binary)
    add_custom_target(flash COMMAND ${CMAKE_COMMAND} -E echo "written to the device" DEPENDS gen_project_binary)
endmacro()
