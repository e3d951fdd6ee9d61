// SPDX-License-Identifier: Apache-2.0
// A window with one text field and one button, fed as scanning/wedge.hpp says. Prints what happens, a line each:
// "ready", "code …", "enter" (the button was pressed), and on F10 "field …" and ends. For wedge_x11_test.
#include "scanning/wedge.hpp"

#include <SDL.h>

#include <cstdio>
#include <string>

int main(int, char**) {
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return 1;
    SDL_Window* window = SDL_CreateWindow("wedge", 0, 0, 320, 200, SDL_WINDOW_SHOWN);
    if (window == nullptr)
        return 1;
    SDL_StartTextInput();
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    kiosk::scanning::Wedge wedge;
    std::string field;
    const auto apply = [&](const kiosk::scanning::WedgeVerdict& verdict) {
        field.resize(field.size() - std::min(field.size(), verdict.take_back));
        field += verdict.give_back;
        if (verdict.code)
            std::printf("code %s\n", verdict.code->c_str());
    };
    bool ready = false, running = true;
    bool swallow_text = false;
    while (running) {
        SDL_Event event;
        if (SDL_WaitEventTimeout(&event, 20) != 0)
            do {
                if (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_FOCUS_GAINED && !ready) {
                    ready = true;
                    std::puts("ready");
                }
                if (event.type == SDL_TEXTINPUT && !swallow_text)
                    field += event.text.text;
                if (event.type != SDL_KEYDOWN || event.key.repeat != 0)
                    continue;
                const auto& key = event.key.keysym;
                if (key.scancode == SDL_SCANCODE_F10) {
                    std::printf("field %s\n", field.c_str());
                    running = false;
                }
                const auto verdict = wedge.key(key.scancode, (key.mod & KMOD_SHIFT) != 0, (key.mod & KMOD_CAPS) != 0,
                                               event.key.timestamp);
                apply(verdict);
                swallow_text = verdict.swallow; // the text event of a key follows the key
                if (!verdict.swallow && key.scancode == SDL_SCANCODE_RETURN)
                    std::puts("enter");
            } while (SDL_PollEvent(&event) != 0);
        apply(wedge.tick(SDL_GetTicks()));
    }
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}
