// mmapctl runs on Linux alone; the real wsl-utils, which oclif asks, pulls child_process into every start.
exports.isWsl = false
exports.default = false
