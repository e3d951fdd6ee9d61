// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where pictures live that are drawn as textures. Purpose: the one small border between drawing and the graphics
// card, so that every screen can be laid out and checked without one. Ownership: ids belong to the store that made
// them. Threads: the render thread. Failure: a texture that can't be made has id 0 and draws nothing.
#include <cstdint>

namespace kiosk::ui {

using TextureId = std::uintptr_t;
enum class TextureKind : std::uint8_t { Alpha = 1, Rgb };

class TextureStore {
public:
    virtual ~TextureStore() = default;
    virtual void begin_frame() = 0;
    virtual TextureId create(TextureKind kind, int width, int height) = 0;
    virtual void upload(TextureId id, TextureKind kind, int x, int y, int width, int height,
                        const std::uint8_t* pixels, int stride_bytes) = 0;
    virtual void destroy(TextureId id) = 0;
    virtual void leave() {} // the drawing context that begin_frame() was called in goes away
};

// Keeps nothing: for layout checks without a graphics card.
class NoTextures final : public TextureStore {
public:
    void begin_frame() override;
    TextureId create(TextureKind, int, int) override { return ++m_last; }
    void upload(TextureId, TextureKind, int, int, int, int, const std::uint8_t*, int) override {}
    void destroy(TextureId) override {}

private:
    TextureId m_last = 0;
};

} // namespace kiosk::ui
