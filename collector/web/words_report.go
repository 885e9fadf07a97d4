package web

// reportWord and actionWord are the words for the states of service reports and
// of improvement actions.
func (w *words) reportWord(state string) string { return w.T("report " + state) }
func (w *words) actionWord(state string) string { return w.T("action " + state) }
