// SPDX-License-Identifier: Apache-2.0
#include "printing/printer.hpp"

namespace kiosk::printing {

std::string_view message_key(Trouble trouble) {
    switch (trouble) {
    case Trouble::None: return "print.why.none";
    case Trouble::NoService: return "print.why.no_service";
    case Trouble::NoAnswer: return "print.why.no_answer";
    case Trouble::UnknownPrinter: return "print.why.unknown_printer";
    case Trouble::Rejecting: return "print.why.rejecting";
    case Trouble::Stopped: return "print.why.stopped";
    case Trouble::Offline: return "print.why.offline";
    case Trouble::PaperOut: return "print.why.paper_out";
    case Trouble::PaperJam: return "print.why.paper_jam";
    case Trouble::CoverOpen: return "print.why.cover_open";
    case Trouble::InkOut: return "print.why.ink_out";
    case Trouble::WrongFormat: return "print.why.wrong_format";
    case Trouble::Refused: return "print.why.refused";
    case Trouble::JobFailed: return "print.why.job_failed";
    case Trouble::JobCancelled: return "print.why.job_cancelled";
    case Trouble::JobLost: return "print.why.job_lost";
    case Trouble::NoRoom: return "print.why.no_room";
    case Trouble::NotMade: return "print.why.not_made";
    }
    return "print.why.refused";
}

} // namespace kiosk::printing
