// SPDX-License-Identifier: Apache-2.0
#pragma once
// The graphics card. Purpose: keeps textures, draws lists of triangles to the screen or into a picture; the only file
// that speaks OpenGL. Ownership: owns its textures and the toolkit's renderer; the GL context is the window's and must
// be current. Threads: the render thread. Failure: create() says what the driver lacks.
#include "core/result.hpp"
#include "ui/canvas.hpp"
#include "ui/picture.hpp"
#include "ui/texture.hpp"

#include <memory>

struct ImDrawData;

namespace kiosk::ui {

class Gl final : public TextureStore {
public:
    static core::Result<std::unique_ptr<Gl>> create(); // a context of OpenGL 3.3 or newer is current
    ~Gl() override;

    void begin_frame() override;
    TextureId create(TextureKind kind, int width, int height) override;
    void upload(TextureId id, TextureKind kind, int x, int y, int width, int height, const std::uint8_t* pixels,
                int stride_bytes) override;
    void destroy(TextureId id) override;
    void leave() override;

    void draw(ImDrawData* data, PixelSize size, Color ground);                              // to the screen
    core::Result<Picture> draw_picture(ImDrawData* data, PixelSize size, Color ground);    // of any size, unseen
    Picture screen(PixelSize size); // what was drawn to the screen last, before it is swapped

private:
    struct Functions; // of OpenGL 3, which the library does not export
    Gl();
    std::unique_ptr<Functions> m_gl;
    bool m_ready = false;
};

} // namespace kiosk::ui
