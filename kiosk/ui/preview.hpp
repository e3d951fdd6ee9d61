// SPDX-License-Identifier: Apache-2.0
#pragma once
// The live picture. Purpose: the newest frame of the scanner, mirrored, filling its place, with the codes found in
// that very frame outlined. Ownership: owns its texture. Threads: the render thread. Failure: without a frame it draws
// the state of the scanner in its place.
#include "ui/canvas.hpp"

#include <memory>

namespace kiosk::ui {

class Preview {
public:
    explicit Preview(TextureStore& store) : m_store(store) {}
    ~Preview();
    Preview(const Preview&) = delete;
    Preview& operator=(const Preview&) = delete;

    void update(app::PreviewSource* source); // takes over the newest frame, once
    std::uint64_t shown() const { return m_frame ? m_frame->number : 0; }
    void draw(Canvas& canvas, Rect box, app::ScannerState state);

private:
    TextureStore& m_store;
    TextureId m_texture = 0;
    int m_width = 0, m_height = 0;
    std::shared_ptr<const app::PreviewFrame> m_frame;
};

} // namespace kiosk::ui
