# SPDX-License-Identifier: Apache-2.0
# find_package(KioskPlugin): the targets kiosk_plugin_sdk (headers) and kiosk-plugin-check (the checker; its path is in
# KIOSK_PLUGIN_CHECK), the functions kiosk_add_plugin() and kiosk_plugin_test(). nlohmann-json is needed where a project
# has C++ enabled; a plugin in C alone does without.
include(CMakeFindDependencyMacro)
get_filename_component(_kiosk_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
get_property(_kiosk_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if("CXX" IN_LIST _kiosk_languages)
    find_dependency(nlohmann_json)
endif()
if(NOT TARGET kiosk_plugin_sdk)
    add_library(kiosk_plugin_sdk INTERFACE IMPORTED GLOBAL)
    target_include_directories(kiosk_plugin_sdk INTERFACE "${_kiosk_prefix}/include/xiangdao")
    if("CXX" IN_LIST _kiosk_languages)
        target_link_libraries(kiosk_plugin_sdk INTERFACE nlohmann_json::nlohmann_json)
        target_compile_features(kiosk_plugin_sdk INTERFACE cxx_std_20)
    endif()
endif()
set(KIOSK_PLUGIN_CHECK "${_kiosk_prefix}/bin/kiosk-plugin-check")
if(NOT TARGET kiosk-plugin-check)
    add_executable(kiosk-plugin-check IMPORTED GLOBAL)
    set_target_properties(kiosk-plugin-check PROPERTIES IMPORTED_LOCATION "${KIOSK_PLUGIN_CHECK}")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/KioskPluginFunctions.cmake")
