// What starting Node costs: the yardstick of start-up.
