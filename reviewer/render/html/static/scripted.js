"use strict";
// Says before anything is painted that scripts run, so that what only they need does not push the
// page about when the other scripts, which come later, have arrived.
document.documentElement.classList.add("scripted");
