package history

import (
	_ "embed"

	"chat/chat/internal/bus"
)

//go:embed append.lua
var appendText string

//go:embed page.lua
var pageText string

// appendScript stores one entry. It works on the keys of one room.
var appendScript = bus.NewScript(appendText)

// pageScript reads a part of a room's log.
var pageScript = bus.NewScript(pageText)
