import { chart } from './chart.ts'
import { colors } from './colors.ts'
import { contents } from './contents.ts'
import { frame } from './frame.ts'

/** All that the panel looks like. */
export const styles: string = [frame, colors, contents, chart].join('\n')
