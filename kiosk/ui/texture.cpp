// SPDX-License-Identifier: Apache-2.0
#include "ui/texture.hpp"

#include <imgui.h>

namespace kiosk::ui {

void NoTextures::begin_frame() {
    // The toolkit insists on its own small atlas (white pixel, smooth lines) before a frame.
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
}

} // namespace kiosk::ui
