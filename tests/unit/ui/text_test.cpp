// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "ui/text.hpp"

#include <string>

using namespace kiosk::ui;

namespace {

struct Writing {
    NoTextures textures;
    TextEngine engine{textures, "Noto Sans CJK SC"};
    TextPicture write(std::string_view text, int width = 0, int lines = 1, float pixels = 32) {
        return engine.picture({text, pixels, Weight::Regular, width, lines, Align::Left, true});
    }
};

} // namespace

TEST_CASE("ui: characters beyond U+FFFF are drawn, not boxes", "[ui][text]") {
    Writing pen;
    for (const auto* name : {"𠮷", "𬱖", "𠮷田𬱖", "王谷雨", "O’Brien", "喆彧"}) {
        const auto picture = pen.write(name);
        INFO(name);
        CHECK(picture.missing == 0);
        CHECK(picture.texture != 0);
    }
    CHECK(pen.write("𠮷田").width == 64); // two characters of one em
    CHECK(pen.write("\xF3\xB0\x80\x80").missing == 1); // private use: no font has it, and we know
}

TEST_CASE("ui: long texts end in an ellipsis or wrap, as asked", "[ui][text]") {
    Writing pen;
    const auto* words = "天天象上杭州站业务洽谈区";
    CHECK_FALSE(pen.write(words).cut);
    const auto cut = pen.write(words, 200);
    CHECK(cut.cut);
    CHECK(cut.width <= 200);
    const auto wrapped = pen.write(words, 200, 2);
    CHECK_FALSE(wrapped.cut);
    CHECK(wrapped.lines == 2);
    CHECK(wrapped.height > cut.height);
    CHECK(pen.write("天天象上杭州站业务洽谈区、主会场", 200, 2).cut);
}

TEST_CASE("ui: no line begins with a comma", "[ui][text]") {
    Writing pen;
    // Six characters fit; the comma after the sixth takes one of them along to the next line.
    const auto wrapped = pen.write("一二三四五六，七八", 6 * 32 + 4, 2);
    CHECK(wrapped.lines == 2);
    CHECK_FALSE(wrapped.cut);
    CHECK(wrapped.width <= 5 * 32 + 4);
}

TEST_CASE("ui: wrapped lines are of like length and break after a clause", "[ui][text]") {
    Writing pen;
    const auto lonely = pen.write("请到旁边的自助机签到吧", 10 * 32 + 4, 2); // eleven characters, ten fit
    CHECK(lonely.lines == 2);
    CHECK(lonely.width <= 6 * 32 + 4);
    const auto clause = pen.write("还差几项，填完即可入场吧", 11 * 32 + 4, 2);
    CHECK(clause.lines == 2);
    CHECK(clause.width == 7 * 32); // the second clause; a break in the middle would be narrower
    const auto typed = pen.engine.picture({"请到旁边的自助机签到吧", 32, Weight::Regular, 10 * 32 + 4, 2, Align::Left, false});
    CHECK(typed.width > 9 * 32); // what is being typed does not jump
}

TEST_CASE("ui: digits are equally wide, so that a countdown stands still", "[ui][text]") {
    Writing pen;
    const auto width = pen.write("0000").width;
    for (const auto* number : {"1111", "7777", "8888"})
        CHECK(pen.write(number).width == width);
}

TEST_CASE("ui: whatever arrives as a name is drawn without harm", "[ui][text]") {
    Writing pen;
    CHECK(pen.write("").texture == 0);
    CHECK(pen.write("   ").texture == 0);
    CHECK(pen.write("\xFF\xFE broken \xC0").texture != 0);
    CHECK(pen.write("two\nlines").lines == 1);
    const auto huge = pen.write(std::string(100'000, 'x'));
    CHECK(huge.bitmap_width <= 2048);
}

TEST_CASE("ui: a drawn text is kept, and the atlas is bounded", "[ui][text]") {
    Writing pen;
    pen.write("王谷雨");
    pen.write("王谷雨");
    CHECK(pen.engine.cached() == 1);
    std::size_t most_pages = 0;
    for (int i = 0; i < 4000; ++i) {
        pen.engine.begin_frame();
        pen.write("来宾 " + std::to_string(i), 0, 1, 72);
        most_pages = std::max(most_pages, pen.engine.pages());
    }
    CHECK(most_pages > 1); // it did grow …
    CHECK(most_pages <= 4); // … and was emptied
    CHECK(pen.engine.cached() < 4000);
}
