# SPDX-License-Identifier: Apache-2.0
# find_package(KioskPlugin): the target kiosk_plugin_sdk (headers) and the function kiosk_add_plugin().
include(CMakeFindDependencyMacro)
find_dependency(nlohmann_json)
if(NOT TARGET kiosk_plugin_sdk)
    add_library(kiosk_plugin_sdk INTERFACE IMPORTED GLOBAL)
    target_include_directories(kiosk_plugin_sdk INTERFACE "${CMAKE_CURRENT_LIST_DIR}/../../../include/xiangdao")
    target_link_libraries(kiosk_plugin_sdk INTERFACE nlohmann_json::nlohmann_json)
    target_compile_features(kiosk_plugin_sdk INTERFACE cxx_std_20)
endif()
include("${CMAKE_CURRENT_LIST_DIR}/KioskPluginFunctions.cmake")
