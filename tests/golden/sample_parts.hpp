// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the files of samples share. Ownership: values. Threads: any.
#include "samples.hpp"

#include <string>
#include <vector>

namespace kiosk::golden {

app::View base();
Sample with(std::string name, app::Body body, bool dark_too = false);
app::KeyboardView pinyin(std::string preedit = {}, std::vector<std::string> candidates = {});
app::KeyboardView latin();
app::KeyboardView digits();
Sample keyed(Sample sample, app::KeyboardView keyboard);
app::FieldView field(std::string id, app::FieldKind kind, std::string zh, std::string en);
app::FieldView typed(app::FieldView made, std::string value);
app::FormView form(std::vector<app::FieldView> fields);
app::StaffView staff(app::StaffTab tab);
Sample staffed(std::string name, app::StaffView view, bool dark_too = false);

void add_rich_forms(std::vector<Sample>& all);   // tables, contacts, signatures, forms of event types
void add_interviews(std::vector<Sample>& all);   // questionnaires, leads, plugins that are switched off
void add_meetings(std::vector<Sample>& all);     // the business area
void add_sessions(std::vector<Sample>& all);     // behind closed doors

} // namespace kiosk::golden
