// SPDX-License-Identifier: Apache-2.0
#pragma once
// One figure of a report out of the counted rows. Internal to the report's files. Pure. Failure: none; a figure that is
// not known here says so.
#include "exchange/report_data.hpp"

namespace kiosk::exchange {

ReportFigure make_figure(const ReportRequest& request, const ReportData& data, const Figures& figures,
                         const std::string& id, bool confidential);

} // namespace kiosk::exchange
