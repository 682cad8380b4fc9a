from emg_edge.cli.main import main

main()
