// SPDX-License-Identifier: Apache-2.0
#include "ui/gl.hpp"

#include <SDL.h>
#include <SDL_opengl.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <vector>

namespace kiosk::ui {

namespace {

constexpr const char* shading_language = "#version 150";

GLuint name_of(TextureId id) { return static_cast<GLuint>(id); }

Picture read_pixels(PixelSize size) {
    Picture picture{size.width, size.height, {}};
    const auto row = static_cast<std::size_t>(size.width) * 3;
    std::vector<std::uint8_t> upside_down(row * static_cast<std::size_t>(size.height));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, size.width, size.height, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
    picture.rgb.reserve(upside_down.size());
    for (auto y = static_cast<std::size_t>(size.height); y-- > 0;)
        picture.rgb.insert(picture.rgb.end(), upside_down.begin() + static_cast<std::ptrdiff_t>(y * row),
                           upside_down.begin() + static_cast<std::ptrdiff_t>((y + 1) * row));
    return picture;
}

void paint(ImDrawData* data, PixelSize size, Color ground) {
    glViewport(0, 0, size.width, size.height);
    glClearColor(static_cast<float>(ground.r) / 255, static_cast<float>(ground.g) / 255, static_cast<float>(ground.b) / 255, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(data);
}

} // namespace

struct Gl::Functions {
    PFNGLGENFRAMEBUFFERSPROC gen_framebuffers = nullptr;
    PFNGLBINDFRAMEBUFFERPROC bind_framebuffer = nullptr;
    PFNGLFRAMEBUFFERTEXTURE2DPROC framebuffer_texture = nullptr;
    PFNGLCHECKFRAMEBUFFERSTATUSPROC check_framebuffer = nullptr;
    PFNGLDELETEFRAMEBUFFERSPROC delete_framebuffers = nullptr;

    template <typename T>
    static bool load(T& function, const char* name) {
        function = reinterpret_cast<T>(SDL_GL_GetProcAddress(name));
        return function != nullptr;
    }
    bool load_all() {
        return load(gen_framebuffers, "glGenFramebuffers") && load(bind_framebuffer, "glBindFramebuffer") &&
               load(framebuffer_texture, "glFramebufferTexture2D") && load(check_framebuffer, "glCheckFramebufferStatus") &&
               load(delete_framebuffers, "glDeleteFramebuffers");
    }
};

Gl::Gl() : m_gl(std::make_unique<Functions>()) {}
Gl::~Gl() = default;

core::Result<std::unique_ptr<Gl>> Gl::create() {
    std::unique_ptr<Gl> gl(new Gl);
    if (!glGetString(GL_VERSION) || !gl->m_gl->load_all())
        return core::fail(core::ErrorCode::Unavailable, "ui.error.graphics", "OpenGL 3.3");
    return gl;
}

void Gl::begin_frame() {
    if (!m_ready)
        m_ready = ImGui_ImplOpenGL3_Init(shading_language);
    ImGui_ImplOpenGL3_NewFrame();
}

void Gl::leave() {
    if (m_ready)
        ImGui_ImplOpenGL3_Shutdown();
    m_ready = false;
}

TextureId Gl::create(TextureKind kind, int width, int height) {
    GLuint name = 0;
    glGenTextures(1, &name);
    glBindTexture(GL_TEXTURE_2D, name);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    if (kind == TextureKind::Alpha) {
        // One byte a pixel, read as white with that opacity: a quarter of the memory of a colour texture.
        const GLint swizzle[] = {GL_ONE, GL_ONE, GL_ONE, GL_RED};
        glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, swizzle);
        const std::vector<std::uint8_t> clear(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, width, height, 0, GL_RED, GL_UNSIGNED_BYTE, clear.data());
    } else {
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, width, height, 0, GL_RGB, GL_UNSIGNED_BYTE, nullptr);
    }
    return name;
}

void Gl::upload(TextureId id, TextureKind kind, int x, int y, int width, int height, const std::uint8_t* pixels, int stride_bytes) {
    const bool alpha = kind == TextureKind::Alpha;
    glBindTexture(GL_TEXTURE_2D, name_of(id));
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, alpha ? stride_bytes : stride_bytes / 3);
    glTexSubImage2D(GL_TEXTURE_2D, 0, x, y, width, height, alpha ? GL_RED : GL_RGB, GL_UNSIGNED_BYTE, pixels);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

void Gl::destroy(TextureId id) {
    const auto name = name_of(id);
    glDeleteTextures(1, &name);
}

void Gl::draw(ImDrawData* data, PixelSize size, Color ground) { paint(data, size, ground); }

core::Result<Picture> Gl::draw_picture(ImDrawData* data, PixelSize size, Color ground) {
    const auto target = create(TextureKind::Rgb, size.width, size.height);
    GLuint buffer = 0;
    m_gl->gen_framebuffers(1, &buffer);
    m_gl->bind_framebuffer(GL_FRAMEBUFFER, buffer);
    m_gl->framebuffer_texture(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, name_of(target), 0);
    core::Result<Picture> picture = core::fail(core::ErrorCode::Unavailable, "ui.error.graphics", "framebuffer");
    if (m_gl->check_framebuffer(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE) {
        paint(data, size, ground);
        picture = read_pixels(size);
    }
    m_gl->bind_framebuffer(GL_FRAMEBUFFER, 0);
    m_gl->delete_framebuffers(1, &buffer);
    destroy(target);
    return picture;
}

Picture Gl::screen(PixelSize size) { return read_pixels(size); }

} // namespace kiosk::ui
