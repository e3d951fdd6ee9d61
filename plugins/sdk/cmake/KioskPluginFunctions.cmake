# SPDX-License-Identifier: Apache-2.0
# kiosk_add_plugin(ID MANIFEST manifest.json [LOCALE folder] [KIT] [DESTINATION folder] [INSTALL] SOURCES a.cpp ...)
#
# Builds the plugin's library <ID>.so with kiosk_plugin_v1 as its only export, and lays the plugin's folder out as the
# host wants it: DESTINATION/<ID>/ with manifest.json, the library and locale/. The built manifest is the given one plus
# "hashes": the BLAKE2b-256 of every other file, which the host checks before it loads anything.
# KIT is for plugins that use kiosk_plugin_kit.hpp: it adds the kit's texts to locale/; keys of LOCALE come first.
# In a Release build the library is stripped before it is hashed, in the way in which packagers strip: stripping it again
# changes nothing, so the hash holds. (Other builds keep their symbols; strip those, and the host refuses the library.)
# DESTINATION defaults to ${CMAKE_BINARY_DIR}/lib/xiangdao/plugins; INSTALL also installs to lib/xiangdao/plugins.
function(kiosk_add_plugin id)
    cmake_parse_arguments(PARSE_ARGV 1 arg "INSTALL;KIT" "MANIFEST;LOCALE;DESTINATION" "SOURCES")
    if(NOT arg_MANIFEST OR NOT arg_SOURCES)
        message(FATAL_ERROR "kiosk_add_plugin(${id}) needs MANIFEST and SOURCES")
    endif()
    find_program(KIOSK_B2SUM b2sum)
    if(NOT KIOSK_B2SUM)
        message(FATAL_ERROR "kiosk_add_plugin: b2sum (of coreutils) is not installed")
    endif()
    if(NOT arg_DESTINATION)
        set(arg_DESTINATION "${CMAKE_BINARY_DIR}/lib/xiangdao/plugins")
    endif()
    set(folder "${arg_DESTINATION}/${id}")
    get_filename_component(manifest "${arg_MANIFEST}" ABSOLUTE)

    set(target kiosk_plugin_${id})
    add_library(${target} MODULE ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE kiosk_plugin_sdk)
    set_target_properties(${target} PROPERTIES
        PREFIX "" OUTPUT_NAME "${id}" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY "${folder}"
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/exports.map;${CMAKE_CURRENT_FUNCTION_LIST_DIR}/build_manifest.cmake;${manifest}")
    # The version script also hides the standard library's unique symbols, so that two plugins never share any.
    target_link_options(${target} PRIVATE "LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/exports.map"
                        LINKER:-z,now LINKER:-z,relro)

    set(locale_folder "")
    if(arg_LOCALE)
        get_filename_component(locale_folder "${arg_LOCALE}" ABSOLUTE)
        file(GLOB locale_files CONFIGURE_DEPENDS "${locale_folder}/*.json")
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${locale_files}")
    endif()
    set(kit_folder "")
    if(arg_KIT)
        # Beside this file where the package is installed, beside cmake/ in the kiosk's own tree.
        foreach(folder_of_kit "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/locale" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../locale")
            if(NOT kit_folder AND IS_DIRECTORY "${folder_of_kit}")
                set(kit_folder "${folder_of_kit}")
            endif()
        endforeach()
        if(NOT kit_folder)
            message(FATAL_ERROR "kiosk_add_plugin(${id} KIT): the kit's texts are not installed")
        endif()
        file(GLOB kit_files CONFIGURE_DEPENDS "${kit_folder}/*.json")
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${kit_files}")
    endif()
    set(strip_command "${CMAKE_COMMAND}" -E true)
    if(CMAKE_STRIP)
        set(strip_command "${CMAKE_STRIP}" --remove-section=.comment --remove-section=.note --strip-unneeded
                          "$<TARGET_FILE:${target}>")
    endif()
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM COMMAND_EXPAND_LISTS
        COMMAND "$<IF:$<CONFIG:Release,MinSizeRel>,${strip_command},${CMAKE_COMMAND};-E;true>"
        COMMAND "${CMAKE_COMMAND}" "-DMANIFEST=${manifest}" "-DFOLDER=${folder}" "-DLIBRARY=${id}.so"
                "-DLOCALE=${locale_folder}" "-DKIT=${kit_folder}" "-DB2SUM=${KIOSK_B2SUM}"
                -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/build_manifest.cmake"
        COMMENT "Plugin folder ${id}")
    if(arg_INSTALL)
        install(DIRECTORY "${folder}" DESTINATION lib/xiangdao/plugins)
    endif()
endfunction()

# kiosk_plugin_test(ID [FIXTURES folder] [ARGS ...])
#
# A CTest test plugin_check_<ID>: kiosk-plugin-check on the folder that kiosk_add_plugin(ID …) built. FIXTURES are
# requests with their replies, compared byte for byte.
function(kiosk_plugin_test id)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "FIXTURES" "ARGS")
    set(fixtures "")
    if(arg_FIXTURES)
        get_filename_component(folder "${arg_FIXTURES}" ABSOLUTE)
        set(fixtures --fixtures "${folder}")
    endif()
    add_test(NAME plugin_check_${id}
             COMMAND kiosk-plugin-check ${fixtures} ${arg_ARGS} "$<TARGET_FILE_DIR:kiosk_plugin_${id}>")
    set_tests_properties(plugin_check_${id} PROPERTIES TIMEOUT 300)
endfunction()
