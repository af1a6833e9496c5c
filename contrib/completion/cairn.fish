# Completion of cairn in fish: the program knows its words.
complete -c cairn -a '(cairn --complete (commandline -opc)[2..-1] 2>/dev/null)'
