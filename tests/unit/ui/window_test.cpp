// SPDX-License-Identifier: Apache-2.0
// The real window, on a display of its own (packaging/virtual-display.sh): when it draws and when it sleeps, keys, text, fingers.
#include "stage_fixture.hpp"
#include "ui/window.hpp"

#include <SDL.h>

#include <chrono>
#include <thread>

using namespace kiosk;
using namespace kiosk::app;
using test::has;

namespace {

struct WindowFixture {
    ui::ThemeSet themes = test::StageFixture::load_themes();
    core::Catalogue texts = test::StageFixture::load_texts();
    std::unique_ptr<ui::Window> window = open();

    std::unique_ptr<ui::Window> open() {
        ui::WindowOptions options;
        options.full_screen = false;
        options.sound = false;
        auto made = ui::Window::create(options, themes, texts);
        INFO((made ? "" : made.error().context));
        REQUIRE(made);
        return std::move(*made);
    }

    // Turns until nothing is left to draw.
    std::vector<Intent> settle(const View& view, PreviewSource* preview = nullptr) {
        std::vector<Intent> all;
        for (int quiet = 0; quiet < 3;) {
            auto turn = window->turn(view, preview, 20);
            quiet = turn.drawn || !turn.intents.empty() ? 0 : quiet + 1;
            for (auto& intent : turn.intents)
                all.push_back(std::move(intent));
        }
        return all;
    }

    void key(SDL_Keycode sym, SDL_Scancode scancode, Uint16 modifiers = 0) {
        SDL_Event event{};
        event.type = SDL_KEYDOWN;
        event.key.state = SDL_PRESSED;
        event.key.keysym.sym = sym;
        event.key.keysym.scancode = scancode;
        event.key.keysym.mod = modifiers;
        event.key.timestamp = 1234;
        SDL_PushEvent(&event);
    }
    void text(const char* utf8) {
        SDL_Event event{};
        event.type = SDL_TEXTINPUT;
        SDL_strlcpy(event.text.text, utf8, sizeof event.text.text);
        SDL_PushEvent(&event);
    }
    void finger(bool down, int x, int y) {
        SDL_Event event{};
        event.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP;
        event.button.button = SDL_BUTTON_LEFT;
        event.button.x = x;
        event.button.y = y;
        SDL_PushEvent(&event);
    }
};

struct Preview final : PreviewSource {
    std::shared_ptr<PreviewFrame> frame;
    std::shared_ptr<const PreviewFrame> newest() override { return frame; }
};

} // namespace

TEST_CASE("window: draws what changed and sleeps otherwise", "[ui][window]") {
    WindowFixture fixture;
    auto view = test::StageFixture::sample("idle");
    fixture.settle(view);
    for (int i = 0; i < 5; ++i)
        CHECK_FALSE(fixture.window->turn(view, nullptr, 5).drawn); // the same View: nothing to do
    ++view.revision;
    CHECK(fixture.window->turn(view, nullptr, 1000).drawn);
    CHECK_FALSE(fixture.window->turn(view, nullptr, 5).drawn);
}

TEST_CASE("window: a new preview frame is drawn once", "[ui][window]") {
    WindowFixture fixture;
    const auto view = test::StageFixture::sample("idle");
    Preview preview;
    fixture.settle(view, &preview);
    for (std::uint64_t number = 1; number < 4; ++number) {
        preview.frame = std::make_shared<PreviewFrame>(PreviewFrame{64, 48, std::vector<std::uint8_t>(64 * 48 * 3, 100), {}, number});
        CHECK(fixture.window->turn(view, &preview, 1000).drawn);
        CHECK_FALSE(fixture.window->turn(view, &preview, 5).drawn);
    }
}

TEST_CASE("window: another thread wakes it", "[ui][window]") {
    WindowFixture fixture;
    const auto view = test::StageFixture::sample("idle");
    fixture.settle(view);
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        for (int i = 0; i < 100'000; ++i) // many at once are one
            fixture.window->wake();
    });
    fixture.window->turn(view, nullptr, 3'600'000); // without being woken it would rest for an hour
    other.join();
}

TEST_CASE("window: keys become intents, unless the scanner's hook takes them", "[ui][window]") {
    WindowFixture fixture;
    const auto view = test::StageFixture::sample("search_empty");
    fixture.settle(view);
    fixture.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    fixture.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
    fixture.key(SDLK_F12, SDL_SCANCODE_F12);
    fixture.text("王");
    auto said = fixture.settle(view);
    CHECK(has<intent::PressKey>(said));
    CHECK(has<intent::Back>(said));
    CHECK(has<intent::OpenStaff>(said));
    CHECK(has<intent::TypeText>(said));

    std::vector<ui::KeyEvent> seen;
    fixture.window->on_key([&](const ui::KeyEvent& key) { seen.push_back(key); return true; });
    fixture.window->on_text([](std::string_view, std::uint64_t) { return true; });
    fixture.key(SDLK_a, SDL_SCANCODE_A, KMOD_LSHIFT);
    fixture.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    fixture.text("A");
    said = fixture.settle(view);
    CHECK(said.empty());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].scancode == SDL_SCANCODE_A);
    CHECK(seen[0].shift);
    CHECK(seen[0].down);
    CHECK(seen[0].at_ms > 0);
}

TEST_CASE("window: text goes nowhere where there is no field", "[ui][window]") {
    WindowFixture fixture;
    const auto view = test::StageFixture::sample("idle");
    fixture.settle(view);
    CHECK_FALSE(SDL_IsTextInputActive());
    fixture.text("a");
    CHECK_FALSE(has<intent::TypeText>(fixture.settle(view)));
    fixture.settle(test::StageFixture::sample("search_empty"));
    CHECK(SDL_IsTextInputActive());
}

TEST_CASE("window: a press and its release in one burst are still a touch", "[ui][window]") {
    WindowFixture fixture;
    const auto view = test::StageFixture::sample("confirm");
    fixture.settle(view);
    fixture.finger(true, 700, 520);
    fixture.finger(false, 700, 520);
    CHECK(has<intent::Confirm>(fixture.settle(view)));
}

TEST_CASE("window: resting on the corner for two seconds opens the staff's door", "[ui][window][slow]") {
    WindowFixture fixture;
    const auto view = test::StageFixture::sample("idle");
    fixture.settle(view);
    fixture.finger(true, 30, 30);
    std::vector<Intent> all;
    const auto begin = std::chrono::steady_clock::now();
    const auto rested = [&] { return std::chrono::steady_clock::now() - begin; };
    while (!has<intent::OpenStaff>(all) && rested() < std::chrono::minutes(1))
        for (auto& intent : fixture.window->turn(view, nullptr, 50).intents)
            all.push_back(std::move(intent));
    CHECK(has<intent::OpenStaff>(all));
    CHECK(rested() > std::chrono::milliseconds(1500)); // a busy machine makes it later, nothing makes it earlier
    fixture.finger(false, 30, 30);
    fixture.settle(view);
}

TEST_CASE("window: its picture is the screen", "[ui][window]") {
    WindowFixture fixture;
    const auto picture = fixture.window->screenshot(test::StageFixture::sample("result_admitted"), nullptr);
    REQUIRE(picture);
    CHECK(picture->width == 1280);
    CHECK(picture->height == 800);
    const auto* corner = picture->rgb.data(); // green, full bleed
    CHECK(static_cast<int>(corner[0]) == 0x0E);
    CHECK(static_cast<int>(corner[1]) == 0x63);
    CHECK(static_cast<int>(corner[2]) == 0x38);
}
