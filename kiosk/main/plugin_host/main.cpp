// SPDX-License-Identifier: Apache-2.0
// The process in which a plugin runs; started by the kiosk and by kioskctl, of no use to anybody else.
#include "plugin_host/helper_service.hpp"

int main(int argc, char** argv) {
    return kiosk::plugin_host::run_helper(argc, argv);
}
