// SPDX-License-Identifier: Apache-2.0
#pragma once
// One field of a form: its label, its body and what is wrong with it, each kind drawn its own way. Ownership: borrows
// canvas and field for one frame. Threads: the render thread.
#include "ui/widgets.hpp"

#include <string>
#include <string_view>

namespace kiosk::ui {

// What a field needs to know of the form it stands in.
struct FieldSetting {
    const app::FormView& form;
    std::string_view preedit; // of the keyboard, where this field has the focus
    bool typing = false;      // a keyboard or a strip of choices is open below
    float width = 0;
    float room = 0;           // as high as it may become: tables scroll within it
};

class Field {
public:
    Field(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting);
    float height();
    void draw(Rect box);

private:
    bool focused() const { return m_setting.typing && m_setting.form.focus == m_field.id; }
    float words_height();
    float help_height();
    float label_height();
    float problem_height() const;
    float body_height();
    float consent_text_width() const;
    void draw_label(Rect& box);
    void draw_body(Rect box);
    void draw_text(Rect box);
    void draw_yes_no(Rect box);
    void draw_options(Rect box);
    void draw_consent(Rect box);
    void draw_answer(Rect box);
    std::string answer_words();

    Canvas& m_canvas;
    const app::FieldView& m_field;
    FieldSetting m_setting;
    std::size_t m_columns = 1;
    std::string m_label, m_help, m_problem;
};

// form_table.cpp: rows and columns, and the block of a contact.
struct CellPlace {
    std::size_t row = 0;
    std::string column;
};
float table_height(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting, float room);
void draw_table(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting, Rect box);
float contact_height(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting);
void draw_contact(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting, Rect box);
// The column that has the focus and is chosen for, not typed into; null where there is none.
const app::FieldView* choosing(const app::FormView& form, const core::QuestionColumn** column);
float strip_height(Canvas& canvas, const core::QuestionColumn& column);
void draw_strip(Canvas& canvas, Rect panel, const app::FormView& form, const app::FieldView& field,
                const core::QuestionColumn& column);
std::string cell_of(const app::FieldView& field, std::size_t row, const std::string& column);
std::string cell_words(Canvas& canvas, const core::QuestionColumn& column, const std::string& cell);
std::string column_label(Canvas& canvas, const app::FieldView& field, const core::QuestionColumn& column);

// form_signature.cpp
float signature_height(Canvas& canvas, const FieldSetting& setting, float room);
void draw_signature(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting, Rect box);
void draw_strokes(Canvas& canvas, Rect pad, const std::vector<app::Stroke>& strokes, Color color);

} // namespace kiosk::ui
