package cmd

import "testing"

// /proc is a folder in which nobody can make anything, root neither, whom the
// mode of a folder does not stop.
const noRoom = "/proc"

// What the first start could not make is a fault before it, too.
func TestDoctorWhereNothingCanBeMade(t *testing.T) {
	d := wellDoctor(t)
	d.config.LogFile = noRoom + "/log/chat.log"
	checkFinding(t, d.logFile(t.Context()), statusFail, "the log cannot be kept in "+d.config.LogFile, "nothing can be written in "+noRoom, "--log-file")
	d.config.LogFile, d.config.DataDir = "", noRoom+"/chat/data"
	checkFinding(t, d.folder(t.Context()), statusFail, "cannot write to the data folder "+d.config.DataDir, "--data-dir")
	checkFinding(t, d.logFile(t.Context()), statusFail, d.config.logPath())
}
